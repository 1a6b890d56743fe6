import { machine, type Service, type ServiceClient } from "@headwater/core";
import { GivingUp } from "./giving_up.ts";

/** Reaches services that run in this very process. The map may be filled after the client is made. */
export function inProcessClient(services: ReadonlyMap<string, Service>): ServiceClient {
  function serviceOf(name: string): Service {
    const service = services.get(name);
    if (service) return service;
    throw new Error(
      `Cannot call service "${name}": in this process are ${[...services.keys()].join(", ")}`,
    );
  }
  async function call(name: string, request: Request): Promise<Response> {
    const service = serviceOf(name);
    const givingUp = GivingUp.of(request);
    givingUp.throwIfDue();
    return await abortable(service(request), givingUp);
  }
  return {
    call,
    async send(service, sent) {
      const { take } = serviceOf(service);
      if (!take) return await machine.sendCommand({ call }, { service, ...sent });
      const givingUp = GivingUp.of(sent);
      givingUp.throwIfDue();
      return await abortable(take(sent.message), givingUp);
    },
  };
}

/** As over a network: who hangs up does not wait for the other side to notice. */
async function abortable<Answer extends Response | machine.CommandAnswer>(
  answer: Promise<Answer>,
  givingUp: GivingUp,
): Promise<Answer> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(givingUp.reason);
  givingUp.heed(onAbort);
  try {
    return await Promise.race([answer, aborted.promise]);
  } catch (error) {
    answer.then(
      (late) => void (late instanceof Response && late.body?.cancel()),
      () => {/* Nobody is left to tell. */},
    );
    throw error;
  } finally {
    givingUp.forget(onAbort);
  }
}
