import process from "node:process";

export type ServerStats = () => Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What a server tells of its process, and of itself, in the original's groups. */
export function serverStats(ofStore: () => Readonly<Record<string, unknown>>): ServerStats {
  const startTime = new Date().toISOString();
  return () => {
    const { rss, heapUsed } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    return {
      proc: {
        startTime,
        id: process.pid,
        mem: rss,
        cpuMicros: user + system,
        gc: { totalBytesInHeaps: heapUsed },
      },
      es: ofStore(),
    };
  };
}
