/** A duration as people read it: `420 ms`, `12 s`, `3 min 5 s`, `14 h`. */
export function durationText(ms: number): string {
  if (!(ms >= 1_000)) return `${Math.max(0, Math.round(ms)) || 0} ms`;
  const seconds = Math.floor(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return withRest(`${minutes} min`, minutes < 10 ? `${seconds % 60} s` : "");
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return withRest(`${hours} h`, hours < 10 ? `${minutes % 60} min` : "");
  return `${Math.floor(hours / 24)} d`;
}

function withRest(text: string, rest: string): string {
  return rest === "" || rest.startsWith("0 ") ? text : `${text} ${rest}`;
}

/** How long ago something was; the browser keeps it true, and the exact time is shown by pointing at it. */
export function Ago({ at, now }: { readonly at: string | number; readonly now: number }) {
  const time = new Date(at);
  if (Number.isNaN(time.getTime())) return <span>{String(at)}</span>;
  const iso = time.toISOString();
  return (
    <time datetime={iso} title={iso} data-ago>
      {agoText(now - time.getTime())}
    </time>
  );
}

function agoText(ms: number): string {
  return ms < 1_000 ? "now" : `${durationText(ms)} ago`;
}

/** The time of day to the millisecond, in UTC as the log has it; the date is shown by pointing at it. */
export function Clock({ at }: { readonly at: string }) {
  return <time class="mono nowrap" datetime={at} title={at}>{at.slice(11, 23) || at}</time>;
}
