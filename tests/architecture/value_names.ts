/** Adds the names that a pattern declares: of a parameter, of the left side of a variable declaration. */
export function declareNames(
  pattern: Deno.lint.Node | Deno.lint.Parameter | null,
  names: Set<string>,
): void {
  switch (pattern?.type) {
    case "Identifier":
      names.add(pattern.name);
      break;
    case "ObjectPattern":
      for (const property of pattern.properties) {
        declareNames(property.type === "Property" ? property.value : property.argument, names);
      }
      break;
    case "ArrayPattern":
      for (const element of pattern.elements) declareNames(element, names);
      break;
    case "AssignmentPattern":
      declareNames(pattern.left, names);
      break;
    case "TSParameterProperty":
      declareNames(pattern.parameter, names);
      break;
    case "RestElement":
      declareNames(pattern.argument, names);
      break;
  }
}

/** False for the names of properties, types and labels: they stand for no value of the scope. */
export function isValueUse(node: Deno.lint.Identifier): boolean {
  const { parent } = node;
  switch (parent.type) {
    case "MemberExpression":
      return parent.computed || !sameRange(parent.property, node);
    case "Property":
      return parent.computed || parent.shorthand || !sameRange(parent.key, node);
    case "MethodDefinition":
    case "PropertyDefinition":
      return parent.computed || !sameRange(parent.key, node);
    case "ImportSpecifier":
    case "ImportDefaultSpecifier":
    case "ImportNamespaceSpecifier":
    case "LabeledStatement":
      return false;
    default:
      return !parent.type.startsWith("TS") || valueWrappers.includes(parent.type);
  }
}

const valueWrappers = ["TSAsExpression", "TSSatisfiesExpression", "TSNonNullExpression"];

function sameRange(a: Deno.lint.Node, b: Deno.lint.Node): boolean {
  return a.range[0] === b.range[0] && a.range[1] === b.range[1];
}
