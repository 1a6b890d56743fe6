export { openGateway } from "./open_gateway.ts";
