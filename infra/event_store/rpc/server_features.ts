import features from "@eventstore/db-client/generated/serverfeatures_pb.js";
import shared from "@eventstore/db-client/generated/shared_pb.js";
import type { Rpc } from "../grpc/grpc_call.ts";
import { unaryRpc } from "./unary_rpc.ts";

/** What clients ask for before they use it; the later the version, the more of it they use. */
export const serverVersion = "24.6.0";

/** The service by which clients learn what else is served: the rpcs at these paths, and itself. */
export function serverFeatures(paths: Iterable<string>): ReadonlyMap<string, Rpc> {
  const own = "/event_store.client.server_features.ServerFeatures/GetSupportedMethods";
  const supported = new features.SupportedMethods();
  supported.setEventStoreServerVersion(serverVersion);
  for (const path of new Set([...paths, own])) supported.addMethods(supportedMethod(path));
  return new Map([[own, unaryRpc(shared.Empty, () => supported)]]);
}

function supportedMethod(path: string): InstanceType<typeof features.SupportedMethod> {
  const [, service = "", name = ""] = path.split("/");
  const method = new features.SupportedMethod();
  // Clients compare them with lower case
  method.setServiceName(service.toLowerCase());
  method.setMethodName(name.toLowerCase());
  method.setFeaturesList(featuresOf(service, name));
  return method;
}

function featuresOf(service: string, name: string): string[] {
  if (service.endsWith(".PersistentSubscriptions")) return ["stream", "all"];
  if (service.endsWith(".Streams") && name === "Read") return ["position", "events"];
  if (service.endsWith(".Streams") && name === "BatchAppend") return ["deadline_duration"];
  if (service.endsWith(".Projections") && name === "Create") return ["track_emitted_streams"];
  return [];
}
