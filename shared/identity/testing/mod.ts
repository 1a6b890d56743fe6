export { type TokenIssuer, tokenIssuer } from "./token_issuer.ts";
