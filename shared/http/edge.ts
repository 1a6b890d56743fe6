export { clientBody } from "./client_body.ts";
export { NotAdmitted } from "./admission.ts";
export { clientAddressOf, noteClientAddress } from "./client_address.ts";
export { endOnParting } from "./end_on_parting.ts";
export { endToEndHeaders, headersOfConnection } from "./end_to_end_headers.ts";
export {
  hasRole,
  type Identify,
  type Identity,
  identityHeader,
  identityText,
  noteIdentity,
  type Noting,
} from "./identity.ts";
export { type Owned, type RouteOwner, usualRoles } from "./openapi/owned.ts";
export { RateLimited } from "./rate_limited.ts";
export { declaredRoutes } from "./public_routes.ts";
export { type FoundRoute, routeFinder } from "./route_finder.ts";
export type { Door } from "./service_app.ts";
export { isSecret, knowsSecret } from "./service_secret.ts";
export { setOnAnswer } from "./set_on_answer.ts";
export { priorityHeader, shed, whileResting } from "./shed.ts";
export { type ViewChange, viewChanges, viewChangesPath } from "./view_changes.ts";
export { requestCategory } from "./key_claim.ts";
export { toldIdentity } from "./told_identity.ts";
export { hasMatch } from "./tag_match.ts";
