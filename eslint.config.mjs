import js from "@eslint/js";
import globals from "globals";

const strict = {
  eqeqeq: "error",
  "no-implicit-globals": "error",
  "no-shadow": "error",
  "no-unused-vars": "error",
  "no-var": "error",
  "prefer-const": "error",
};

export default [
  { ignores: ["assets/vendor/"] },
  js.configs.recommended,
  {
    files: ["assets/*.js"],
    languageOptions: { sourceType: "script", globals: globals.browser },
    rules: strict,
  },
  {
    files: ["tests/assets/*.mjs"],
    languageOptions: { globals: globals.node },
    rules: strict,
  },
];
