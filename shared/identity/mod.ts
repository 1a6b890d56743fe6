/**
 * Who asks, and by what that is believed: tokens of an issuer (OpenID Connect). See the README.
 *
 * @module
 */

export type { Algorithm } from "./verify_token.ts";
export { identifyByToken, type TokenSource } from "./identify_by_token.ts";
