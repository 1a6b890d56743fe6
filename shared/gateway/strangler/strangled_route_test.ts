import { arbitraryOf, given, runCommands } from "@headwater/testing";
import fc from "fast-check";
import assert from "node:assert/strict";
import { routeCommands as command, routeEvents as event } from "../testing/strangler_examples.ts";
import {
  type StrangledRouteCommand,
  strangledRouteCommands,
  strangledRouteEvents,
} from "./contract.ts";
import { strangledRoute } from "./strangled_route.ts";

const declared = [event.RouteDeclared];
const raised = [...declared, event.RouteShareSet];

Deno.test("a route is declared once, and nothing is decided of one that no gateway has", () => {
  given(strangledRoute).when(command.DeclareRoute).yields(event.RouteDeclared);
  given(strangledRoute, ...declared).when(command.DeclareRoute).yieldsNothing();
  for (const asked of Object.values(command).filter(({ type }) => type !== "DeclareRoute")) {
    given(strangledRoute).when(asked).isRefused("strangled-route-unknown");
  }
});

Deno.test("a share is set, once where it is the same, and not of a mode that means another", () => {
  given(strangledRoute, ...declared).when(command.SetRouteShare).yields(event.RouteShareSet);
  given(strangledRoute, ...raised).when(command.SetRouteShare).yieldsNothing();
  const { data } = command.SetRouteShare;
  for (const [mode, percent] of [["new", 10], ["legacy", 10]] as const) {
    given(strangledRoute, ...declared)
      .when({ type: "SetRouteShare", data: { ...data, mode, percent } })
      .isRefused("route-share-contradictory");
  }
});

Deno.test("a shadow share is set, once where it is the same", () => {
  given(strangledRoute, ...declared).when(command.SetRouteShadow).yields(event.RouteShadowSet);
  given(strangledRoute, ...declared, event.RouteShadowSet)
    .when(command.SetRouteShadow).yieldsNothing();
});

Deno.test("a route is killed once, and revived once", () => {
  given(strangledRoute, ...raised).when(command.KillRoute).yields(event.RouteKilled);
  const killed = given(strangledRoute, ...raised, event.RouteKilled);
  killed.when(command.KillRoute).yieldsNothing();
  killed.when(command.ReviveRoute).yields(event.RouteRevived);
  given(strangledRoute, ...raised).when(command.ReviveRoute).yieldsNothing();
});

Deno.test("a share is rolled back once, by whichever gateway is first, and not one that was set since", () => {
  given(strangledRoute, ...raised).when(command.RollBackRoute).yields(event.RouteRolledBack);
  const back = given(strangledRoute, ...raised, event.RouteRolledBack);
  assert.equal(back.state?.percent, 0);
  back.when(command.RollBackRoute).yieldsNothing();
  const again = given(strangledRoute, ...raised, event.RouteRolledBack, event.RouteShareSet);
  again.when(command.RollBackRoute).yieldsNothing();
  const all = { ...event.RouteShareSet.data, mode: "new" as const, percent: 100 };
  given(strangledRoute, ...declared, { type: "RouteShareSet", data: all })
    .when(command.RollBackRoute).yieldsNothing();
});

Deno.test("whatever is asked, a route has the share that was set last, or none", () => {
  const some = Object.entries(strangledRouteCommands).map(([type, schema]) =>
    arbitraryOf(schema).map((data) => ({ type, data }) as StrangledRouteCommand)
  );
  fc.assert(fc.property(fc.array(fc.oneof(...some)), (asked) => {
    const { state, history } = runCommands(
      { decider: strangledRoute, events: strangledRouteEvents },
      { commands: [command.DeclareRoute, ...asked] },
    );
    const last = history.findLast(({ type }) =>
      type === "RouteShareSet" || type === "RouteRolledBack"
    );
    assert.equal(state?.percent, last?.type === "RouteShareSet" ? last.data.percent : 0);
    if (state?.mode !== "canary") assert.equal(state?.percent, state?.mode === "new" ? 100 : 0);
  }));
});
