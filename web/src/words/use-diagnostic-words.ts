import * as compiler from './compiler';
import { useSection } from './index';

interface Found {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | null;
}

/** Returns what writes a finding of the compiler: what it is, then its message with the values. */
export function useDiagnosticWords(): (found: Found) => string {
  const known = useSection(compiler);
  return ({ code, message, hint }) => {
    const text = hint ? `${message}; ${hint}` : message;
    const name = known[code];
    return name === undefined ? text : `${name}（${text}）`;
  };
}
