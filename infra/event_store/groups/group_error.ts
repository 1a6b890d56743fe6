/** Which group of consumers. */
export type GroupName = {
  /** "$all": the whole log. */
  readonly stream: string;
  readonly group: string;
};

export type GroupFault =
  | "does-not-exist"
  | "exists"
  | "has-enough-consumers"
  | "dropped"
  | "failed";

/** Why a group does not do what it is asked, or what ended a connection to it. */
export class GroupError extends Error {
  override readonly name = "GroupError";

  constructor(
    readonly fault: GroupFault,
    readonly group: GroupName,
    /** Why it failed. */
    readonly reason = "",
  ) {
    super(
      `Group "${group.group}" of stream "${group.stream}": ${fault}${reason && `: ${reason}`}`,
    );
  }
}
