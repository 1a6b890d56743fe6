export { type TokenIssuer, tokenIssuer } from "./token_issuer.ts";
export { type LoginIssuer, loginIssuer } from "./login_issuer.ts";
