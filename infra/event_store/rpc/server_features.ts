import type { Rpc } from "../grpc/grpc_call.ts";
import { EmptySchema, SupportedMethodsSchema } from "./messages_pb.ts";
import { unaryRpc } from "./unary_rpc.ts";

/** What clients ask for before they use it; the later the version, the more of it they use. */
export const serverVersion = "24.6.0";

/** The service by which clients learn what else is served: the rpcs at these paths, and itself. */
export function serverFeatures(paths: Iterable<string>): ReadonlyMap<string, Rpc> {
  const own = "/event_store.client.server_features.ServerFeatures/GetSupportedMethods";
  const supported = {
    eventStoreServerVersion: serverVersion,
    methods: Array.from(new Set([...paths, own]), supportedMethod),
  };
  const messages = { request: EmptySchema, response: SupportedMethodsSchema };
  return new Map([[own, unaryRpc(messages, () => supported)]]);
}

function supportedMethod(path: string) {
  const [, service = "", name = ""] = path.split("/");
  return {
    // Clients compare them with lower case
    serviceName: service.toLowerCase(),
    methodName: name.toLowerCase(),
    features: featuresOf(service, name),
  };
}

function featuresOf(service: string, name: string): string[] {
  if (service.endsWith(".PersistentSubscriptions")) return ["stream", "all"];
  if (service.endsWith(".Streams") && name === "Read") return ["position", "events"];
  if (service.endsWith(".Streams") && name === "BatchAppend") return ["deadline_duration"];
  if (service.endsWith(".Projections") && name === "Create") return ["track_emitted_streams"];
  return [];
}
