import type { FindTroubles } from "../context/trouble_watch.ts";

/** Checks of the gateway that do not pass. */
export const checkTroubles: FindTroubles = ({ checks }) =>
  Promise.resolve(
    checks().filter(({ status }) => status !== "pass").map(({ name, status, cause }) => ({
      section: "",
      standing: status === "fail" ? "bad" as const : "warn" as const,
      what: name,
      cause,
    })),
  );
