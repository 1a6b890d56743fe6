import { placeOf } from "./place.ts";

/** What shared offers to everybody says what it guarantees: functions and classes, names of types speak for themselves. */
export const documented: Deno.lint.Rule = {
  create(context) {
    const place = placeOf(context.filename);
    if (!place?.member.startsWith("shared/") || place.isTest) return {};
    return {
      ExportNamedDeclaration(node) {
        const { declaration } = node;
        const isOffer = declaration?.type === "FunctionDeclaration" ||
          declaration?.type === "ClassDeclaration";
        if (!isOffer) return;
        const comments = context.sourceCode.getCommentsBefore(node);
        if (comments.some(({ type, value }) => type === "Block" && value.startsWith("*"))) return;
        context.report({
          node: declaration.id ?? node,
          message: `Cannot export "${declaration.id?.name}" without a word: say what it guarantees`,
        });
      },
    };
  },
};

/** At most two positional parameters, then an options object (or a function). */
export const parameters: Deno.lint.Rule = {
  create(context) {
    function visit(node: Deno.lint.Node, params: readonly Deno.lint.Parameter[]): void {
      const third = params[2];
      if (params.length > 3 || (third && isPrimitive(third))) {
        context.report({
          node,
          message: "Cannot take more than two positional parameters",
          hint: "Put what follows the second into an options object",
        });
      }
    }
    return {
      FunctionDeclaration: (node) => visit(node.id ?? node, node.params),
      TSMethodSignature: (node) => visit(node, node.params),
      MethodDefinition(node) {
        if (node.kind !== "constructor") visit(node.key, node.value.params);
      },
    };
  },
};

function isPrimitive(param: Deno.lint.Parameter): boolean {
  if (param.type === "AssignmentPattern") return isPrimitive(param.left);
  if (param.type !== "Identifier") return false;
  const type = param.typeAnnotation?.typeAnnotation.type ?? "";
  return ["TSStringKeyword", "TSNumberKeyword", "TSBooleanKeyword", "TSBigIntKeyword"]
    .includes(type);
}

/** What is thrown says what could not be done, and is quoted in other sentences: no full stop. */
export const errorMessage: Deno.lint.Rule = {
  create(context) {
    return {
      NewExpression(node) {
        const { callee } = node;
        const isThrown = node.parent.type === "ThrowStatement";
        if (!isThrown && !(callee.type === "Identifier" && /Error$|^Refusal$/.test(callee.name))) {
          return;
        }
        for (const argument of node.arguments) {
          const text = textOf(argument);
          if (text === undefined) continue;
          if (/[^.]\.$/.test(text)) {
            context.report({
              node: argument,
              message: "Cannot end an error message in a full stop",
            });
          }
          if (/'\0'/.test(text)) {
            context.report({
              node: argument,
              message: "Cannot quote a value with single quotes: messages use double quotes",
            });
          }
        }
      },
    };
  },
};

/** A string's text, each value that is put into it as a NUL. */
function textOf(node: Deno.lint.Node): string | undefined {
  if (node.type === "Literal" && typeof node.value === "string") return node.value;
  if (node.type !== "TemplateLiteral") return undefined;
  return node.quasis.map(({ cooked, raw }) => cooked ?? raw).join("\0");
}

/** Codes of refusals are kebab-case `<thing>-<why>`. */
export const refusalCode: Deno.lint.Rule = {
  create(context) {
    return {
      NewExpression({ callee, arguments: [code] }) {
        if (callee.type !== "Identifier" || callee.name !== "Refusal") return;
        if (code?.type !== "Literal" || typeof code.value !== "string") return;
        if (/^[a-z]+(-[a-z]+)+$/.test(code.value)) return;
        context.report({
          node: code,
          message: `Cannot refuse with code "${code.value}": codes are kebab-case, thing and why`,
        });
      },
    };
  },
};

/** At the top level functions are declared, unless a type gives an arrow its parameters. */
export const topLevelFunction: Deno.lint.Rule = {
  create(context) {
    return {
      VariableDeclarator({ id, init, parent: { parent } }) {
        if (init?.type !== "ArrowFunctionExpression" || id.type !== "Identifier") return;
        if (parent?.type !== "Program" && parent?.type !== "ExportNamedDeclaration") return;
        if (id.typeAnnotation) return;
        context.report({
          node: id,
          message: `Cannot define "${id.name}" as an arrow at the top level: declare a function`,
        });
      },
    };
  },
};

/** What a class keeps to itself is `#private`, which also holds at run time. */
export const privateMember: Deno.lint.Rule = {
  create(context) {
    function visit(node: Deno.lint.MethodDefinition | Deno.lint.PropertyDefinition): void {
      if (node.accessibility !== "private" && node.accessibility !== "protected") return;
      // A constructor has no other way to be private.
      if (node.type === "MethodDefinition" && node.kind === "constructor") return;
      context.report({ node: node.key, message: `Cannot use "${node.accessibility}": use "#"` });
    }
    return { MethodDefinition: visit, PropertyDefinition: visit };
  },
};

/** What is shared runs on Node and elsewhere too; tests beside it run on Deno. */
export const noDeno: Deno.lint.Rule = {
  create(context) {
    const place = placeOf(context.filename);
    if (!place?.member.startsWith("shared/") || place.path.endsWith("_test.ts")) return {};
    return {
      Identifier(node) {
        if (node.name !== "Deno") return;
        context.report({
          node,
          message: 'Cannot use "Deno" here: what is shared runs elsewhere as well',
          hint: "Take what it does as an argument",
        });
      },
    };
  },
};
