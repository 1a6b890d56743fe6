import { GrpcError, grpcStatus } from "../grpc_status.ts";

/** Which group an error is about. */
export type GroupName = {
  /** "$all": the whole log. */
  readonly stream: string;
  readonly group: string;
};

export function subscriptionFailed(name: GroupName, reason: string): GrpcError {
  return new GrpcError({
    code: grpcStatus.internal,
    message: `${titleOf(name)} failed: '${reason}'`,
    trailers: { ...trailersOf("persistent-subscription-failed", name), reason },
  });
}

/** The whole log is asked for in its own way only. */
export function wholeLogByName(name: GroupName): GrpcError {
  return subscriptionFailed(name, 'Persistent subscriptions to $all must use the "all" option');
}

export function subscriptionDoesNotExist(name: GroupName): GrpcError {
  return new GrpcError({
    code: grpcStatus.notFound,
    message: `${titleOf(name)} does not exist.`,
    trailers: trailersOf("persistent-subscription-does-not-exist", name),
  });
}

export function subscriptionExists(name: GroupName): GrpcError {
  return new GrpcError({
    code: grpcStatus.alreadyExists,
    message: `${titleOf(name)} exists.`,
    trailers: trailersOf("persistent-subscription-exists", name),
  });
}

export function maximumSubscribersReached(name: GroupName): GrpcError {
  return new GrpcError({
    code: grpcStatus.failedPrecondition,
    message:
      `Maximum subscriptions reached for subscription group ${name.group} on stream ${name.stream}.`,
    trailers: trailersOf("maximum-subscribers-reached", name),
  });
}

export function subscriptionDropped(name: GroupName): GrpcError {
  return new GrpcError({
    code: grpcStatus.cancelled,
    message: `${titleOf(name)} was dropped.`,
    trailers: trailersOf("persistent-subscription-dropped", name),
  });
}

function titleOf({ stream, group }: GroupName): string {
  return `Subscription group ${group} on stream ${stream}`;
}

function trailersOf(exception: string, { stream, group }: GroupName): Record<string, string> {
  return { exception, "stream-name": stream, "group-name": group };
}
