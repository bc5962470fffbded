import { FieldError, Text } from 'react-aria-components';
import { useDiagnosticWords } from '@/words/use-diagnostic-words';
import type { Diagnostic } from '../problems';

/** What every control takes: a value to show, and what to call with another. */
export interface InputProps<T> {
  label: string;
  value: T;
  onChange: (value: T) => void;
  problems: readonly Diagnostic[];
  isDisabled?: boolean;
  /** What to know before entering a value. */
  hint?: string;
  /** What is wrong with what is being typed. */
  error?: string;
}

export function isInvalid({ problems, error }: Pick<InputProps<unknown>, 'problems' | 'error'>) {
  return error !== undefined || problems.some((each) => each.severity === 'error');
}

/** The hint, warnings and errors of a control, which name themselves as its description. */
export function Notes({
  problems,
  hint,
  error,
}: Pick<InputProps<unknown>, 'problems' | 'hint' | 'error'>) {
  const inWords = useDiagnosticWords();
  const errors = problems.filter((each) => each.severity === 'error');
  const warnings = problems.filter((each) => each.severity !== 'error');
  return (
    <>
      {(hint || warnings.length > 0) && (
        <Text slot="description">
          {hint && <span>{hint}</span>}
          {warnings.map((each) => (
            <span key={`${each.code} ${each.message}`} data-severity="warning">
              {inWords(each)}
            </span>
          ))}
        </Text>
      )}
      <FieldError>
        {error && <span>{error}</span>}
        {errors.map((each) => (
          <span key={`${each.code} ${each.message}`}>{inWords(each)}</span>
        ))}
      </FieldError>
    </>
  );
}
