import type { Plan, SagaEvent } from "@headwater/sagas";
import type { Fulfilment } from "./contract.ts";

type Former =
  | { readonly type: "FulfilmentStarted"; readonly data: Fulfilment }
  | {
    readonly type: "DispatchHeard" | "DeliveryHeard";
    readonly data: { readonly orderId: string };
  };

/** What fulfilments wrote before they were a saga: each of their steps was taken by itself. */
export function formerFulfilment(
  { type, data }: Former,
  planOf: (start: Fulfilment) => Plan,
): SagaEvent {
  switch (type) {
    case "FulfilmentStarted":
      return {
        type: "SagaStarted",
        data: { ...data, version: 1, start: data, plan: inTurn(planOf(data)) },
      };
    case "DispatchHeard":
      return { type: "EventHeard", data: { ...data, name: "dispatched" } };
    case "DeliveryHeard":
      return { type: "EventHeard", data: { ...data, name: "delivered" } };
  }
}

function inTurn({ groups, later, ...plan }: Plan): Plan {
  return {
    ...plan,
    groups: alone(groups),
    later: later.map(({ groups, ...rest }) => ({ ...rest, groups: alone(groups) })),
  };
}

function alone(groups: Plan["groups"]): Plan["groups"] {
  return groups.flatMap((group) => group.map((step) => [step]));
}
