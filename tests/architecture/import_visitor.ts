export type ImportNode =
  | Deno.lint.ImportDeclaration
  | Deno.lint.ExportNamedDeclaration
  | Deno.lint.ExportAllDeclaration
  | Deno.lint.ImportExpression
  | Deno.lint.TSImportType;

/** Calls `found` for everything in a file that names another module by a literal. */
export function importVisitor(
  found: (specifier: string, node: ImportNode) => void,
): Deno.lint.LintVisitor {
  return {
    ImportDeclaration: (node) => found(node.source.value, node),
    ExportAllDeclaration: (node) => found(node.source.value, node),
    ExportNamedDeclaration(node) {
      if (node.source) found(node.source.value, node);
    },
    ImportExpression(node) {
      if (node.source.type === "Literal" && typeof node.source.value === "string") {
        found(node.source.value, node);
      }
    },
    TSImportType(node) {
      const { argument } = node;
      if (argument.type === "TSLiteralType" && argument.literal.type === "Literal") {
        found(String(argument.literal.value), node);
      }
    },
  };
}

/** True when nothing of the import is left at run time. */
export function isTypeOnly(node: ImportNode): boolean {
  if (node.type === "TSImportType") return true;
  if (node.type === "ImportDeclaration") {
    return node.importKind === "type" || (node.specifiers.length > 0 &&
      node.specifiers.every((specifier) =>
        specifier.type === "ImportSpecifier" && specifier.importKind === "type"
      ));
  }
  if (node.type === "ExportNamedDeclaration" || node.type === "ExportAllDeclaration") {
    return node.exportKind === "type";
  }
  return false;
}
