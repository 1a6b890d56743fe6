const words = {
  todo: "to come",
  open: "is done now",
  stuck: "stuck",
  done: "done",
  refused: "refused",
  skipped: "skipped",
  undone: "undone",
  left: "given up",
  needless: "not needed",
};

/** A step as it is drawn. */
export type DrawnStep = {
  readonly step: string;
  readonly status: keyof typeof words;
};

/** What is drawn: columns from left to right, the steps of each below each other, each with what undoes it. */
export type DrawnWay = {
  readonly groups: readonly (readonly (DrawnStep & { readonly undo: DrawnStep | null })[])[];
  readonly before: readonly DrawnStep[];
  readonly after: readonly DrawnStep[];
};

const width = 178;
const gap = 26;
const height = 42;
const rowGap = 12;
const margin = 4;
const longestName = 20;

/** The steps of an instance as a chain: what is done, undone, waiting and to come; below each the step that undoes it. */
export function WayDrawing({ groups, before, after }: DrawnWay) {
  const rows = Math.max(1, ...groups.map((group) => group.length));
  const isUndoing = before.length + after.length > 0 ||
    groups.flat().some(({ undo }) => undo !== null && undo.status !== "todo");
  const rowHeight = (isUndoing ? 2 : 1) * (height + rowGap) + (isUndoing ? rowGap : 0);
  const tail = before.length + after.length > 0 ? [...before, ...after] : [];
  const tailTop = margin + rows * rowHeight + rowGap;
  const total = {
    width: margin * 2 + Math.max(groups.length, tail.length, 1) * (width + gap) - gap,
    height: (tail.length > 0 ? tailTop + height : rows * rowHeight - rowGap) + margin * 2,
  };
  const told = groups.flat().map(({ step, status }) => `${step}: ${words[status]}`).join(", ");
  return (
    <div class="scroll drawing" tabindex={0} role="region" aria-label="Steps">
      <svg
        class="way"
        width={total.width}
        height={total.height}
        viewBox={`0 0 ${total.width} ${total.height}`}
        role="img"
        aria-label={told || "No step is known"}
      >
        {groups.map((group, column) => {
          const x = margin + column * (width + gap);
          return (
            <g>
              {column > 0 && (
                <path class="edge" d={`M${x - gap + 3} ${margin + height / 2}h${gap - 6}`} />
              )}
              {group.map(({ undo, ...step }, row) => {
                const y = margin + row * rowHeight;
                return (
                  <g>
                    <Box x={x} y={y} {...step} />
                    {isUndoing && undo && (
                      <g>
                        <path
                          class="edge is-back"
                          d={`M${x + width / 2} ${y + height + 2}v${rowGap - 4}`}
                        />
                        <Box x={x} y={y + height + rowGap} {...undo} isUndo />
                      </g>
                    )}
                  </g>
                );
              })}
            </g>
          );
        })}
        {tail.map((step, index) => (
          <Box x={margin + index * (width + gap)} y={tailTop} {...step} isUndo />
        ))}
      </svg>
    </div>
  );
}

function Box({ x, y, step, status, isUndo = false }: DrawnStep & {
  readonly x: number;
  readonly y: number;
  /** It takes something back. */
  readonly isUndo?: boolean;
}) {
  const name = step.length > longestName ? `${step.slice(0, longestName - 1)}…` : step;
  return (
    <g class={`step is-${status}${isUndo ? " is-undo" : ""}`}>
      <title>{`${step}: ${words[status]}`}</title>
      <rect x={x} y={y} width={width} height={height} rx="6" />
      <text class="name" x={x + 11} y={y + 18}>{name}</text>
      <text class="status" x={x + 11} y={y + 33}>{words[status]}</text>
    </g>
  );
}
