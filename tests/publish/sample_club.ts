// A small domain as a team outside of this repository would write it; Node leaves its types out.
import {
  aggregate,
  column,
  type CommandOf,
  defineEvents,
  type EventOf,
  field,
  type RowOf,
  view,
} from "@headwater/core";
import { acceptCommand, commandAnswer, readJson, readsFrom, routes } from "@headwater/http";
import type { Process } from "@headwater/sagas";
import { z } from "zod";

const memberEvents = defineEvents("member", {
  MemberJoined: z.object({ memberId: field.id, name: field.text(100) }),
  MemberWelcomed: z.object({ memberId: field.id }),
});
type MemberEvent = EventOf<typeof memberEvents>;

const memberCommands = {
  Join: z.strictObject({ memberId: field.id, name: field.text(100) }),
  Welcome: z.strictObject({ memberId: field.id }),
};
type MemberCommand = CommandOf<typeof memberCommands>;
type Membership = "none" | "joined" | "welcome";

const initialState: Membership = "none";

export const member = aggregate({
  events: memberEvents,
  commands: memberCommands,
  id: ({ data }: MemberCommand) => data.memberId,
  initialState,
  decide(command: MemberCommand, state: Membership): readonly MemberEvent[] {
    if (command.type === "Join") {
      return state === "none" ? [{ type: "MemberJoined", data: command.data }] : [];
    }
    return state === "joined" ? [{ type: "MemberWelcomed", data: command.data }] : [];
  },
  evolve: (_state: Membership, { type }: MemberEvent): Membership =>
    type === "MemberJoined" ? "joined" : "welcome",
});

export const memberView = view({
  name: "members",
  version: 1,
  reads: [memberEvents],
  columns: {
    memberId: column.text(),
    name: column.text(),
    isWelcome: column.boolean(),
    revision: column.integer(),
  },
  primaryKey: "memberId",
  key: ({ data }) => data.memberId,
  evolve(row, { type, data, revision }) {
    if (type === "MemberJoined") return { ...data, isWelcome: false, revision };
    return row && { ...row, isWelcome: true, revision };
  },
});

const welcomeEvents = defineEvents("welcome", {
  WelcomeBegun: z.object({ memberId: field.id }),
  WelcomeDone: z.object({ memberId: field.id }),
});
type WelcomeEvent = EventOf<typeof welcomeEvents>;
type Welcome = { readonly memberId?: string; readonly done: boolean };

/** Welcomes whoever joins. */
export const welcomeProcess: Process<MemberEvent, WelcomeEvent, Welcome> = {
  name: "welcome",
  inputs: [memberEvents],
  events: welcomeEvents,
  initialState: { done: false },
  key: ({ data }) => data.memberId,
  react({ type, data: { memberId } }, { memberId: begun, done }) {
    if (type === "MemberJoined") {
      return begun === undefined ? [{ type: "WelcomeBegun", data: { memberId } }] : [];
    }
    return done ? [] : [{ type: "WelcomeDone", data: { memberId } }];
  },
  evolve: (_state, { type, data }) => ({ ...data, done: type === "WelcomeDone" }),
  outstanding: ({ memberId, done }) =>
    memberId === undefined || done
      ? []
      : [{ name: "welcome", service: "club", command: { type: "Welcome", data: { memberId } } }],
  finished: ({ done }) => done,
};

export const clubRoutes = routes();

clubRoutes.post("/api/members", async (c) => {
  const data = await readJson(c, memberCommands.Join);
  const context = await acceptCommand(c, data);
  const handled = await c.env.repository(member).handle({ type: "Join", data }, context);
  return commandAnswer(c, handled, { body: { memberId: data.memberId } });
});

clubRoutes.get("/api/members", readsFrom(memberView), async (c) => {
  const { sql } = c.env;
  return c.json(
    await sql<RowOf<typeof memberView>[]>`
      select ${memberView.select(sql)} from ${memberView.from(sql)} order by member_id`,
  );
});
