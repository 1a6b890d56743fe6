import projections from "@eventstore/db-client/generated/projections_pb.js";
import shared from "@eventstore/db-client/generated/shared_pb.js";
import type { EventStore } from "../projected/event_store.ts";
import type { Rpc } from "../grpc/grpc_call.ts";
import { frame } from "../grpc/grpc_frame.ts";
import { GrpcError, grpcStatus } from "../grpc/grpc_status.ts";
import { startProjection, stopProjection } from "../projected/remembered_projections.ts";
import type { ProjectionState } from "../projected/standard_projections.ts";
import { invalidArgument } from "./stream_errors.ts";
import { decodeRequest, unaryRpc } from "./unary_rpc.ts";

type Named = { getOptions(): { getName(): string } | undefined };
type Found = { readonly name: string; readonly state: ProjectionState };

/** An empty object, as the message with the state or the result of a projection. */
const emptyObject = Uint8Array.of(0x0a, 2, 0x2a, 0);

/** The service that manages projections: the standard ones, since no others can be made here. */
export function projectionsService(store: EventStore): ReadonlyMap<string, Rpc> {
  function named(request: Named): Found {
    const name = request.getOptions()?.getName() ?? "";
    const state = store.projections.stateOf(name);
    if (state) return { name, state };
    throw new GrpcError({ code: grpcStatus.notFound, message: `Projection '${name}' not found` });
  }

  const rpcs: Readonly<Record<string, Rpc>> = {
    Create: unaryRpc(projections.CreateReq, () => refuse("create a projection")),
    Update: unaryRpc(projections.UpdateReq, (request) => {
      return refuse(`change projection "${named(request).name}"`);
    }),
    Delete: unaryRpc(projections.DeleteReq, (request) => {
      const message = `Cannot delete projection "${named(request).name}": it is a standard one`;
      throw new GrpcError({ code: grpcStatus.failedPrecondition, message });
    }),
    Statistics: statistics(store, named),
    Enable: unaryRpc(projections.EnableReq, async (request) => {
      const { name, state } = named(request);
      if (state.status !== "Running") await startProjection(store, name);
      return new projections.EnableResp();
    }),
    Disable: unaryRpc(projections.DisableReq, async (request) => {
      const { name, state: { upTo, ...state } } = named(request);
      const status = request.getOptions()!.getWriteCheckpoint() ? "Stopped" : "Aborted";
      if (state.status !== status) await stopProjection(store, { name, status, upTo });
      return new projections.DisableResp();
    }),
    // The links would be the same ones again
    Reset: unaryRpc(projections.ResetReq, (request) => {
      named(request);
      return new projections.ResetResp();
    }),
    State: unaryRpc(projections.StateReq, (request) => {
      named(request);
      return projections.StateResp.deserializeBinary(emptyObject);
    }),
    Result: unaryRpc(projections.ResultReq, (request) => {
      named(request);
      return projections.ResultResp.deserializeBinary(emptyObject);
    }),
    RestartSubsystem: unaryRpc(shared.Empty, () => new shared.Empty()),
  };
  const path = "/event_store.client.projections.Projections";
  return new Map(Object.entries(rpcs).map(([name, rpc]) => [`${path}/${name}`, rpc]));
}

function refuse(action: string): never {
  const message = `Cannot ${action}: this server has the standard ones only, as they are`;
  throw new GrpcError({ code: grpcStatus.unimplemented, message });
}

/** All the standard projections are continuous. */
function statistics(store: EventStore, named: (request: Named) => Found): Rpc {
  return async (call) => {
    const request = decodeRequest(projections.StatisticsReq, await call.first());
    const options = request.getOptions();
    let names: readonly string[] = [];
    if (options?.hasName()) names = [named(request).name];
    else if (options?.hasAll() || options?.hasContinuous()) names = store.projections.names;
    else if (!options?.hasTransient() && !options?.hasOneTime()) {
      throw invalidArgument("it says neither which projection nor which kind of them");
    }
    for (const name of names) {
      const details = detailsOf({ name, state: store.projections.stateOf(name)! }, store.head);
      const answer = new projections.StatisticsResp().setDetails(details);
      call.write(frame(answer.serializeBinary()));
    }
  };
}

function detailsOf(
  { name, state: { status, upTo } }: Found,
  head: number,
): InstanceType<typeof projections.StatisticsResp.Details> {
  const position = `C:${upTo}/P:${upTo}`;
  return new projections.StatisticsResp.Details()
    .setName(name)
    .setEffectivename(name)
    .setMode("Continuous")
    .setStatus(status === "Aborted" ? "Aborted/Stopped" : status)
    .setPosition(position)
    .setLastcheckpoint(position)
    .setProgress(head === 0 ? 100 : 100 * upTo / head);
}
