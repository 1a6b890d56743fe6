import { type EventLog, eventLog, type Log, type Recorded, time } from "@headwater/core";

export type StoryOptions = {
  /** A line for people; undefined: nothing is said of the event. */
  story(event: Recorded): string | undefined;
  /** Takes a line. */
  print(line: string): void;
  readonly logger: Log;
};

export type Story = AsyncDisposable & {
  /** Nothing is told before. */
  begin(): void;
};

/** Tells people, as it happens, what is appended from now on, also while nothing is told yet. */
export function startStory(log: EventLog, { story, print, logger }: StoryOptions): Story {
  const ended = new AbortController();
  const { signal } = ended;
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();

  function tell(events: readonly Recorded[]): void {
    for (const event of events) {
      const line = story(event);
      if (line !== undefined) print(`${localTime(event.recordedAt)}  ${line}`);
    }
  }
  async function follow(): Promise<void> {
    let start: Pick<eventLog.SubscribeOptions, "after"> | undefined;
    let failures = 0;
    while (!signal.aborted) {
      try {
        start ??= { after: await log.head() };
        await begun;
        for await (const { events, position, mark } of log.subscribe({ ...start, signal })) {
          tell(events);
          start = { after: mark ?? position };
          failures = 0;
        }
      } catch (error) {
        // The services say so, and louder
        logger.debug("Cannot tell what happens, trying again", { error });
        // Another log: what happens there is told from now on
        if (error instanceof eventLog.ForeignPosition) start = undefined;
        await time.pause(time.backOffMs(++failures, { random: Math.random }), { signal });
      }
    }
  }
  const following = follow();
  return {
    begin,
    async [Symbol.asyncDispose]() {
      ended.abort();
      begin();
      await following;
    },
  };
}

function localTime(at: string): string {
  const time = new Date(at);
  return [time.getHours(), time.getMinutes(), time.getSeconds()]
    .map((part) => String(part).padStart(2, "0")).join(":");
}
