import type { DomainEvent, EventSchemas } from "@headwater/core";

/** What nobody has said anything of is not for everybody. */
export const usualRoles: readonly string[] = ["operator"];

/** Whose an entity is, as the events of its stream say it once and for all. */
// deno-lint-ignore no-explicit-any -- routes have owners of every category
export type Owned<Event extends DomainEvent = any> = {
  /** Its stream is that of their category. */
  readonly events: EventSchemas<Event>;
  /** Undefined: this event does not say. */
  customerOf(event: Event): string | undefined;
};

/**
 * How it is known whose what a route shows or does is: a parameter of the path names an entity of a category whose owner
 * its service says, or a parameter of the query or a field of the body names the customer.
 */
export type RouteOwner =
  | { readonly param: string; readonly of: string }
  | { readonly query: string }
  | { readonly body: string };
