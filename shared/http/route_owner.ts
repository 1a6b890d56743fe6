import { field, Refusal } from "@headwater/core";
import { bodyLimit, readText } from "@headwater/resilience";
import { NotAdmitted } from "./admission.ts";
import { hasRole } from "./identity.ts";
import { parseJson } from "./json_body.ts";
import type { RouteOwner } from "./openapi/owned.ts";
import type { ServiceContext } from "./service_app.ts";
import { readParam } from "./validation.ts";

/**
 * Lets customers have their own and nothing else: another's is there for them no more than what does not exist. Whoever
 * has another of the route's roles may have everything, and so may the application itself.
 *
 * Errors: `Refusal` with `…-unknown`; `NotAdmitted` for what would be done for somebody else.
 */
export async function assertOwn(
  c: ServiceContext,
  { owner, roles }: { readonly owner: RouteOwner; readonly roles: readonly string[] },
): Promise<void> {
  const { identity } = c.var;
  if (!identity) return;
  if (roles.some((role) => role !== "customer" && hasRole(identity, role))) return;
  const { customerId } = identity;
  if (customerId === undefined || !hasRole(identity, "customer")) {
    throw new NotAdmitted("role-missing", `Cannot answer: this is for ${roles.join(", ")}`);
  }
  if ("param" in owner) await assertOwnEntity(c, { owner, customerId });
  else if ("query" in owner) assertOwnQuery(c, { name: owner.query, customerId });
  else await assertOwnBody(c, { name: owner.body, customerId });
}

async function assertOwnEntity(
  c: ServiceContext,
  { owner: { param, of }, customerId }: {
    readonly owner: Extract<RouteOwner, { readonly param: string }>;
    readonly customerId: string;
  },
): Promise<void> {
  const id = readParam(c, param, field.id);
  const owner = await ownerOf(c, { of, id });
  if (owner === customerId) return;
  if (owner !== undefined) note(c, { [of]: id });
  throw new Refusal(`${of}-unknown`, `Cannot find ${of} "${id}"`);
}

async function ownerOf(
  { env: { log, owned = [] } }: ServiceContext,
  { of, id }: { readonly of: string; readonly id: string },
): Promise<string | undefined> {
  const found = owned.find(({ events }) => events.category === of);
  if (!found) throw new Error(`Cannot tell whose a "${of}" is: no service says so`);
  for await (const page of log.read(`${of}-${id}`)) {
    for (const recorded of page) {
      const event = found.events.decode(recorded);
      const owner = event && found.customerOf(event);
      if (owner !== undefined) return owner;
    }
  }
  return undefined;
}

function assertOwnQuery(
  c: ServiceContext,
  { name, customerId }: { readonly name: string; readonly customerId: string },
): void {
  const url = new URL(c.req.url);
  const given = url.searchParams.getAll(name);
  if (given.some((each) => each !== customerId)) {
    note(c, { customer: given.join(", ").slice(0, 200) });
    throw new Refusal("customer-unknown", "Cannot find this customer");
  }
  if (given.length > 0) return;
  url.searchParams.set(name, customerId);
  c.req.raw = new Request(url, c.req.raw);
}

/** What is no JSON, or no object, the route refuses by itself. */
async function assertOwnBody(
  c: ServiceContext,
  { name, customerId }: { readonly name: string; readonly customerId: string },
): Promise<void> {
  const { raw } = c.req;
  const text = await readText(raw, bodyLimit);
  const body = parseJson(text);
  const isObject = typeof body === "object" && body !== null && !Array.isArray(body);
  const given = isObject && Object.hasOwn(body, name) ? Reflect.get(body, name) : customerId;
  if (given !== customerId) {
    note(c, { customer: String(given).slice(0, 200) });
    throw new NotAdmitted(
      "customer-foreign",
      `Cannot do this for another customer: ${name} may be left out, or is your own`,
    );
  }
  c.req.raw = new Request(raw.url, {
    method: raw.method,
    headers: raw.headers,
    signal: raw.signal,
    body: isObject ? JSON.stringify({ ...body, [name]: customerId }) : text,
  });
}

function note(c: ServiceContext, asked: Readonly<Record<string, string>>): void {
  const { correlationId, identity } = c.var;
  c.env.logger.warn("A customer asked for what is another's", {
    ...{ correlationId, actor: identity?.actor, method: c.req.method, path: c.req.path },
    ...asked,
  });
}
