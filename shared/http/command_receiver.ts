import { DeadlineExceeded, type Log, machine, time, Unavailable } from "@headwater/core";
import { check } from "./check.ts";
import {
  checkKey,
  type CommandHandlers,
  commandPath,
  handlerOf,
  originOf,
} from "./command_handlers.ts";
import { saneCorrelationId } from "./correlation.ts";
import type { HttpMetrics } from "./http_metrics.ts";
import { parseJson } from "./json_body.ts";
import { type ErrorAnswer, errorAnswer } from "./problem.ts";

export type CommandReceiverOptions = {
  readonly service: string;
  /** Counts them with those that come as requests. */
  readonly requests: HttpMetrics;
  readonly logger: Log;
  newId(): string;
};

/**
 * Takes commands that come without a request: checked, counted and answered as by `commandEndpoint`, under the deadline of
 * whoever sends them.
 */
export function commandReceiver(
  handlers: CommandHandlers,
  { service, requests, logger, newId }: CommandReceiverOptions,
): machine.CommandReceiver {
  async function take(
    { type, data, key, causationId, actor, correlationId, traceparent }: machine.CommandMessage,
  ): Promise<machine.CommandTaken> {
    const handler = handlerOf(handlers, type);
    checkKey(key);
    const { position } = await handler.handle(check(parseJson(data), handler), {
      ...originOf({ key, causationId, actor }, { service }),
      correlationId,
      ...(traceparent !== undefined && { traceparent }),
    });
    return { isTaken: true, position };
  }

  return (message) => {
    const beganAt = requests.begin();
    const correlationId = saneCorrelationId(message.correlationId) ?? newId();
    const traceparent = machine.readTraceparent(message.traceparent);
    const deadline = time.currentDeadline();
    const scope: time.Scope = { deadline, ids: { correlationId, traceparent } };
    function ended(status: number): void {
      // As `withinDeadline` does
      scope.deadline = scope.ids = undefined;
      const seen = { method: "POST", route: commandPath, status };
      const ms = requests.end(beganAt, seen);
      logger.debug("answered a request", { ...seen, ms, correlationId });
    }
    return time.inScope(scope, () => take({ ...message, correlationId, traceparent })).then(
      (taken) => {
        ended(202);
        return taken;
      },
      (error) => {
        const signals = [deadline?.signal];
        const answer = errorAnswer(error, { correlationId, ifMatch: false, signals, logger });
        ended(answer.status);
        return refused(answer);
      },
    );
  };
}

/** As a client makes it of the answer over HTTP. */
function refused({ status, code, detail, limit, headers }: ErrorAnswer): machine.CommandRefused {
  if (status === 502 || status === 503) {
    throw new Unavailable(detail, {
      code,
      limit,
      retryAfter: Number(headers?.["Retry-After"] ?? 0),
    });
  }
  if (status === 504) throw new DeadlineExceeded(detail, { limit });
  return { isTaken: false, status, code, detail, isProblem: true };
}
