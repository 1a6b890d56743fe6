import type { MessageInitShape } from "@bufbuild/protobuf";
import type { EventStore } from "../projected/event_store.ts";
import type { Rpc } from "../grpc/grpc_call.ts";
import { frame } from "../grpc/grpc_frame.ts";
import { GrpcError, grpcStatus } from "../grpc/grpc_status.ts";
import { startProjection, stopProjection } from "../projected/remembered_projections.ts";
import type { ProjectionState } from "../projected/standard_projections.ts";
import { invalidArgument } from "./stream_errors.ts";
import {
  DisableProjectionRequestSchema,
  EmptySchema,
  ProjectionRequestSchema,
  type ProjectionStatisticsRequest_Options,
  ProjectionStatisticsRequestSchema,
  type ProjectionStatisticsResponse_DetailsSchema,
  ProjectionStatisticsResponseSchema,
} from "./messages_pb.ts";
import { decodeRequest, framedMessage, unaryRpc } from "./unary_rpc.ts";

type Named = { readonly options?: { readonly name: string } | undefined };
type Which = ProjectionStatisticsRequest_Options["which"];
type Found = { readonly name: string; readonly state: ProjectionState };

/** An empty object, as the message with the state or the result of a projection. */
const emptyObject = Uint8Array.of(0x0a, 2, 0x2a, 0);

/** The service that manages projections: the standard ones, since no others can be made here. */
export function projectionsService(store: EventStore): ReadonlyMap<string, Rpc> {
  function named({ options }: Named): Found {
    const name = options?.name ?? "";
    const state = store.projections.stateOf(name);
    if (state) return { name, state };
    throw new GrpcError({ code: grpcStatus.notFound, message: `Projection '${name}' not found` });
  }

  /** What is said of one projection, and answered with nothing. */
  function about(act: (found: Found) => void | Promise<void>): Rpc {
    return unaryRpc(
      { request: ProjectionRequestSchema, response: EmptySchema },
      async (request) => {
        await act(named(request));
        return {};
      },
    );
  }

  const nothing: Rpc = async (call) => {
    named(decodeRequest(ProjectionRequestSchema, await call.first()));
    call.write(frame(emptyObject));
  };

  const rpcs: Readonly<Record<string, Rpc>> = {
    Create: unaryRpc(
      { request: EmptySchema, response: EmptySchema },
      () => refuse("create a projection"),
    ),
    Update: about(({ name }) => refuse(`change projection "${name}"`)),
    Delete: about(({ name }) => {
      const message = `Cannot delete projection "${name}": it is a standard one`;
      throw new GrpcError({ code: grpcStatus.failedPrecondition, message });
    }),
    Statistics: statistics(store, named),
    Enable: about(async ({ name, state }) => {
      if (state.status !== "Running") await startProjection(store, name);
    }),
    Disable: unaryRpc(
      { request: DisableProjectionRequestSchema, response: EmptySchema },
      async (request) => {
        const { name, state: { upTo, ...state } } = named(request);
        const status = request.options!.writeCheckpoint ? "Stopped" : "Aborted";
        if (state.status !== status) await stopProjection(store, { name, status, upTo });
        return {};
      },
    ),
    // The links would be the same ones again
    Reset: about(() => {}),
    State: nothing,
    Result: nothing,
    RestartSubsystem: unaryRpc({ request: EmptySchema, response: EmptySchema }, () => ({})),
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
    const { options } = decodeRequest(ProjectionStatisticsRequestSchema, await call.first());
    for (const name of namesOf(options?.which)) {
      const details = detailsOf({ name, state: store.projections.stateOf(name)! }, store.head);
      call.write(framedMessage(ProjectionStatisticsResponseSchema, { details }));
    }
  };

  function namesOf(which: Which | undefined): readonly string[] {
    switch (which?.case) {
      case "name":
        return [named({ options: { name: which.value } }).name];
      case "all":
      case "continuous":
        return store.projections.names;
      case "transient":
      case "oneTime":
        return [];
      case undefined:
        throw invalidArgument("it says neither which projection nor which kind of them");
    }
  }
}

function detailsOf(
  { name, state: { status, upTo } }: Found,
  head: number,
): MessageInitShape<typeof ProjectionStatisticsResponse_DetailsSchema> {
  const position = `C:${upTo}/P:${upTo}`;
  return {
    name,
    effectiveName: name,
    mode: "Continuous",
    status: status === "Aborted" ? "Aborted/Stopped" : status,
    position,
    lastCheckpoint: position,
    progress: head === 0 ? 100 : 100 * upTo / head,
  };
}
