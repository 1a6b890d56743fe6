import type { Rpc } from "../grpc/grpc_call.ts";
import { type GrpcCode, GrpcError, grpcStatus } from "../grpc/grpc_status.ts";
import { GroupError, type GroupFault, type GroupName } from "../groups/group_error.ts";

type Answer = {
  readonly code: GrpcCode;
  readonly exception: string;
  readonly message: (name: GroupName, reason: string) => string;
};

/** In the original's words. */
const answers: Readonly<Record<GroupFault, Answer>> = {
  "does-not-exist": {
    code: grpcStatus.notFound,
    exception: "persistent-subscription-does-not-exist",
    message: (name) => `${titleOf(name)} does not exist.`,
  },
  exists: {
    code: grpcStatus.alreadyExists,
    exception: "persistent-subscription-exists",
    message: (name) => `${titleOf(name)} exists.`,
  },
  "has-enough-consumers": {
    code: grpcStatus.failedPrecondition,
    exception: "maximum-subscribers-reached",
    message: ({ group, stream }) =>
      `Maximum subscriptions reached for subscription group ${group} on stream ${stream}.`,
  },
  dropped: {
    code: grpcStatus.cancelled,
    exception: "persistent-subscription-dropped",
    message: (name) => `${titleOf(name)} was dropped.`,
  },
  failed: {
    code: grpcStatus.internal,
    exception: "persistent-subscription-failed",
    message: (name, reason) => `${titleOf(name)} failed: '${reason}'`,
  },
};

/** An rpc that is answered with a status where a group does not do what it asks. */
export function withGroupErrors(rpc: Rpc): Rpc {
  return async (call) => {
    try {
      await rpc(call);
    } catch (error) {
      throw error instanceof GroupError ? statusOf(error) : error;
    }
  };
}

/** The whole log is asked for in its own way only. */
export function wholeLogByName(name: GroupName): GroupError {
  const reason = 'Persistent subscriptions to $all must use the "all" option';
  return new GroupError("failed", name, reason);
}

function statusOf({ fault, group, reason }: GroupError): GrpcError {
  const { code, exception, message } = answers[fault];
  const trailers = { exception, "stream-name": group.stream, "group-name": group.group };
  return new GrpcError({
    code,
    message: message(group, reason),
    trailers: reason === "" ? trailers : { ...trailers, reason },
  });
}

function titleOf({ stream, group }: GroupName): string {
  return `Subscription group ${group} on stream ${stream}`;
}
