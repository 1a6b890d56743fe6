/**
 * Who asks, and by what that is believed: tokens of an issuer (OpenID Connect), and sessions of who logged in there. See the
 * README.
 *
 * @module
 */

export type { Claims } from "./identity_of_claims.ts";
export { type IssuerEndpoints, issuerEndpoints } from "./issuer_description.ts";
export type { KeyAges } from "./known_keys.ts";
export type { Algorithm, TokenRules } from "./verify_token.ts";
export { identifyByToken, type TokenSource } from "./identify_by_token.ts";
export { type LoginOptions, loginRoutes } from "./login.ts";
export { type Sessions, sessions } from "./sessions.ts";
export { type ServiceProof, serviceTokens, withServiceToken } from "./service_tokens.ts";
