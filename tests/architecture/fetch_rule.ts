import { fromRoot, placeOf } from "./place.ts";

/**
 * Who may ask over HTTP without the client that has deadlines, breakers and places, and why nothing is lost by that. All
 * calls between services, of processes and of the gateway go through `createResilientClient`.
 */
export const bareFetchers: Readonly<Record<string, string>> = {
  "infra/host/service_client/upstream.ts": "what the client itself sends with, to other systems",
  "infra/host/open_rights.ts":
    "keys of issuers: asked with a limit, known ones go on, and none twice in 2 s",
  "infra/host/split_issuer.ts": "asks an issuer once, at the start, for 3 s",
  "infra/host/dev.ts": "tells a person once, at the start, what is missing",
  "infra/host/ask_running.ts": "an operator's command, whose person asks again",
  "infra/host/log_readings.ts": "an operator's command, as well",
  "services/judge/shop_client.ts": "a customer, outside of the shop, with patience of its own",
  "services/demo/shop_api.ts": "a customer, as well",
  "services/strangler_demo/": "customers, operators and an importer, outside of the shop",
};

/** A call that nobody guards waits for as long as its target likes, and is one too many for one that is down. */
export const bareFetch: Deno.lint.Rule = {
  create(context) {
    const place = placeOf(context.filename);
    const isOutside = !place || place.isTest || place.member.startsWith("tests");
    const path = fromRoot(context.filename);
    if (isOutside || Object.keys(bareFetchers).some((each) => path.startsWith(each))) return {};
    let hasOwn = false;
    return {
      // A function of a file's own is no fetch
      FunctionDeclaration({ id }) {
        hasOwn ||= id?.name === "fetch";
      },
      CallExpression({ callee }) {
        if (!isFetch(callee) || (callee.type === "Identifier" && hasOwn)) return;
        context.report({
          node: callee,
          message: "Cannot fetch here: nothing guards the call",
          hint: "Take a client as an argument, or say in tests/architecture/fetch_rule.ts why not",
        });
      },
    };
  },
};

function isFetch(callee: Deno.lint.Expression | Deno.lint.CallExpression["callee"]): boolean {
  if (callee.type === "Identifier") return callee.name === "fetch";
  return callee.type === "MemberExpression" && callee.object.type === "Identifier" &&
    ["globalThis", "self", "window"].includes(callee.object.name) &&
    callee.property.type === "Identifier" && callee.property.name === "fetch";
}
