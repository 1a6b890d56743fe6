import type { FindTroubles } from "../context/trouble_watch.ts";

/** What other troubles tell of, and more of it: a process that is stuck, a read model with letters. */
const toldElsewhere = /^(process|read-model|projection)[^:]*(:[^:]*)?: /;

/** Checks of the gateway that do not pass. */
export const checkTroubles: FindTroubles = ({ checks }) =>
  Promise.resolve(
    checks().filter(({ status }) => status !== "pass").flatMap(({ name, status, cause }) => {
      const causes = cause?.split("; ").filter((each) => !toldElsewhere.test(each));
      if (status === "warn" && causes?.length === 0) return [];
      return [{
        section: "",
        standing: status === "fail" ? "bad" as const : "warn" as const,
        what: name.replace(/^service:/, "Service "),
        cause: causes?.join("; "),
      }];
    }),
  );
