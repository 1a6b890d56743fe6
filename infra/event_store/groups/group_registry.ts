import { eventLog } from "@headwater/core";
import type { EventStore } from "../projected/event_store.ts";
import { loadConfigs, saveConfigs } from "./group_configs.ts";
import type { EventFilter } from "../streams/event_filter.ts";
import {
  type GroupConfig,
  type GroupSettings,
  problemOf,
  stateStream,
  subscriptionId,
  wholeLog,
} from "./group_settings.ts";
import { groupSource } from "./group_source.ts";
import { GroupError, type GroupName } from "./group_error.ts";
import { type GroupOptions, SubscriptionGroup } from "./subscription_group.ts";

/** What somebody asks a group to be. */
export type GroupRequest = {
  readonly name: GroupName;
  readonly settings: Omit<GroupSettings, "liveFrom">;
  readonly filter: EventFilter | undefined;
};

/** All groups of a server. Changes go one after the other. */
export class GroupRegistry {
  readonly #store: EventStore;
  readonly #options: GroupOptions;
  readonly #groups = new Map<string, SubscriptionGroup>();
  #changing: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(options: GroupOptions) {
    this.#store = options.store;
    this.#options = options;
  }

  get groups(): readonly SubscriptionGroup[] {
    return [...this.#groups.values()];
  }

  /** Errors: `GroupError` where there is none. */
  get(name: GroupName): SubscriptionGroup {
    const group = this.#groups.get(subscriptionId(name));
    if (!group) throw new GroupError("does-not-exist", name);
    return group;
  }

  /** Starts the groups that the log tells of. */
  start(): Promise<void> {
    return this.#change(() => this.#runAll());
  }

  create({ name, settings, filter }: GroupRequest): Promise<void> {
    return this.#change(async () => {
      if (this.#groups.has(subscriptionId(name))) throw new GroupError("exists", name);
      const config = await this.#configOf({ name, settings, filter });
      await saveConfigs(this.#store, [...this.#configs(), config]);
      await this.#run(config);
    });
  }

  /** Clients are dropped; the group goes on from its checkpoint, with the filter it had. */
  update({ name, settings }: GroupRequest): Promise<void> {
    return this.#change(async () => {
      const old = this.get(name);
      const { filter } = old.config;
      const config = await this.#configOf({ name, settings, filter });
      await saveConfigs(
        this.#store,
        this.#configs().map((each) => each === old.config ? config : each),
      );
      await old.close();
      await this.#run(config);
    });
  }

  /** Clients are dropped, and what the group remembered is deleted. */
  delete(name: GroupName): Promise<void> {
    return this.#change(async () => {
      const group = this.get(name);
      await group.close();
      this.#groups.delete(subscriptionId(name));
      // Before the group: one that is created later must not find its checkpoint
      for (const part of ["checkpoint", "parked"] as const) {
        const stream = stateStream(name, part);
        const category = eventLog.categoryOf(stream);
        const deletion = { stream, category, expected: "any", events: [] } as const;
        await this.#store.append({ ...deletion, deletes: "until-written" });
      }
      await saveConfigs(this.#store, this.#configs());
    });
  }

  /** Clients are dropped; all groups begin again from what the log says. */
  restart(): Promise<void> {
    return this.#change(async () => {
      await this.#closeAll();
      await this.#runAll();
    });
  }

  close(): Promise<void> {
    return this.#change(async () => {
      this.#isClosed = true;
      await this.#closeAll();
    });
  }

  async #closeAll(): Promise<void> {
    await Promise.all(this.groups.map((group) => group.close()));
    this.#groups.clear();
  }

  async #runAll(): Promise<void> {
    const configs = await loadConfigs(this.#store, this.#options.logger);
    for (const config of configs) await this.#run(config);
  }

  async #run(config: GroupConfig): Promise<void> {
    if (this.#isClosed) return;
    const group = new SubscriptionGroup(config, this.#options);
    this.#groups.set(subscriptionId(config), group);
    await group.start();
  }

  #configs(): GroupConfig[] {
    return this.groups.map(({ config }) => config);
  }

  async #configOf({ name, settings, filter }: GroupRequest): Promise<GroupConfig> {
    const problem = problemOf(settings);
    if (problem !== undefined) throw new GroupError("failed", name, problem);
    const draft = { ...name, settings: { ...settings, liveFrom: 0 }, filter };
    const { startFrom } = settings;
    if (startFrom !== "end") {
      if (name.stream === wholeLog && startFrom > this.#store.head) {
        const reason = `startFrom may not be beyond the last position, ${this.#store.head}`;
        throw new GroupError("failed", name, reason);
      }
      return draft;
    }
    const liveFrom = await groupSource(this.#store, draft).end();
    return { ...draft, settings: { ...settings, liveFrom } };
  }

  #change<Result>(change: () => Promise<Result>): Promise<Result> {
    const done = this.#changing.then(change);
    this.#changing = done.catch(() => {});
    return done;
  }
}
