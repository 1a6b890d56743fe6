import type { Service, ServiceClient } from "@headwater/core";

/** Reaches services that run in this very process. The map may be filled after the client is made. */
export function inProcessClient(services: ReadonlyMap<string, Service>): ServiceClient {
  return {
    async call(name, request) {
      const service = services.get(name);
      if (!service) {
        throw new Error(
          `Cannot call service "${name}": in this process are ${[...services.keys()].join(", ")}`,
        );
      }
      request.signal.throwIfAborted();
      return await abortable(service(request), request.signal);
    },
  };
}

/** As over a network: who hangs up does not wait for the other side to notice. */
async function abortable(answer: Promise<Response>, signal: AbortSignal): Promise<Response> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([answer, aborted.promise]);
  } catch (error) {
    answer.then((late) => late.body?.cancel(), () => {/* Nobody is left to tell. */});
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
