import { placeOf } from "./place.ts";

/** The one place that opens connections. */
const opener = "infra/postgres/connect.ts";

/**
 * What a database is asked: over connections that are made in one place, where their settings are; columns by name, since a
 * table may have others tomorrow; a transaction in one message; and in words that PostgreSQL 14 knows.
 */
export const postgres: Deno.lint.Rule = {
  create(context) {
    const isOpener = context.filename.endsWith(`/${opener}`) || !placeOf(context.filename);
    const openers = new Set<string>();
    function look(node: Deno.lint.TemplateLiteral | Deno.lint.StringLiteral): void {
      const text = node.type === "TemplateLiteral"
        ? node.quasis.map(({ raw }) => raw).join("$")
        : node.value;
      if (/\b(select|returning)\s+([a-z_]+\.)?\*/i.test(text)) {
        context.report({ node, message: "Cannot select *: name the columns" });
      }
      if (/(?<![\w"'.])\d+_\d/.test(text)) {
        context.report({
          node,
          message: "Cannot write a numeral with _ in SQL: PostgreSQL 16 brought it",
        });
      }
    }
    return {
      ImportDefaultSpecifier({ local, parent }) {
        const { source } = parent as Deno.lint.ImportDeclaration;
        if (source.value === "postgres") openers.add(local.name);
      },
      TaggedTemplateExpression({ tag, quasi }) {
        if (tag.type === "Identifier" && ["sql", "tx"].includes(tag.name)) look(quasi);
      },
      CallExpression(node) {
        const { callee, arguments: [text] } = node;
        if (callee.type === "Identifier" && openers.has(callee.name) && !isOpener) {
          context.report({ node, message: `Cannot open connections here: ${opener} does` });
        }
        if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return;
        if (callee.object.type !== "Identifier" || !/^(sql|pool|tx)$/i.test(callee.object.name)) {
          return;
        }
        if (["begin", "reserve"].includes(callee.property.name) && !isOpener) {
          context.report({ node, message: "Cannot begin a transaction: send one message" });
        }
        if (callee.property.name !== "unsafe") return;
        if (text?.type === "TemplateLiteral") look(text);
        if (text?.type === "Literal" && typeof text.value === "string") look(text);
      },
    };
  },
};
