/** Who asks, as somebody has found who can be believed. */
export type Identity = {
  /** As it stands in events and in records of acts. */
  readonly actor: string;
  /** What they may do; whoever may do more has those of less as well: see `hasRole`. */
  readonly roles: readonly string[];
  /** As which customer they ask, where they are one. */
  readonly customerId?: string | undefined;
  /** For people; default: `actor`. */
  readonly name?: string | undefined;
  /** Milliseconds since 1970: who asks is not known for longer. */
  readonly until?: number | undefined;
  /** Whether they are not known any more already, as who has logged out; default: they are until then. */
  readonly isOver?: (() => Promise<boolean>) | undefined;
};

/**
 * Finds out who asks; undefined: the request does not say.
 *
 * Errors: `NotAdmitted` for what it says and cannot prove; `Unavailable` where nobody can tell.
 */
export type Identify = (request: Request) => Promise<Identity | undefined>;

/** What the gateway has found, for services: they believe nobody else who could send it. */
export const identityHeader = "X-Identity";

/** Roles that go without saying with others. */
const implied: Readonly<Record<string, readonly string[]>> = { admin: ["operator"] };

/** Everybody is public; an admin is an operator, too. */
export function hasRole({ roles }: Pick<Identity, "roles">, role: string): boolean {
  return role === "public" || roles.includes(role) ||
    roles.some((has) => implied[has]?.includes(role));
}

/** Who asks, as it is said to a service. */
export function identityText({ actor, roles, customerId }: Identity): string {
  // A header takes no other letters
  return encodeURIComponent(JSON.stringify({ actor, roles, customerId }));
}

/**
 * What it can be noted in.
 * @internal
 */
export type Noting = {
  set(name: "identity", value: Identity): void;
  set(name: "actor", value: string): void;
};

/** From here on it is known who asks. */
export function noteIdentity(c: Noting, identity: Identity): void {
  c.set("identity", identity);
  c.set("actor", identity.actor);
}
