import { placeOf } from "./place.ts";

/** Files are snake_case and named after their main export. */
export const fileName: Deno.lint.Rule = {
  create(context) {
    const place = placeOf(context.filename);
    if (!place) return {};
    const [name = ""] = place.path.split("/").slice(-1);
    const stem = name.replace(/(_test|_bench)?\.tsx?$/, "");
    return {
      Program(node) {
        if (!/^[a-z][a-z0-9_]*\.tsx?$/.test(name)) {
          context.report({ node, message: `Cannot name a file "${name}": names are snake_case` });
        } else if (/^(common|types|index|misc)$|(^|_)(utils?|helpers?)$/.test(stem)) {
          context.report({
            node,
            message: `Cannot name a file "${name}": it says nothing of what is in it`,
          });
        } else if (stem === "mod" && !/^(testing\/)?mod\.ts$/.test(place.path)) {
          context.report({
            node,
            message:
              `Cannot put "mod.ts" in "${place.path}": it is a member's front door, at its root`,
          });
        }
      },
    };
  },
};

const mostLines = 300;

/** A file past 300 lines is two things. */
export const fileLength: Deno.lint.Rule = {
  create(context) {
    return {
      Program(node) {
        const lines = context.sourceCode.text.trimEnd().split("\n").length;
        if (lines <= mostLines) return;
        context.report({
          node,
          message: `Cannot keep ${lines} lines in one file: above ${mostLines} it is two things`,
        });
      },
    };
  },
};
