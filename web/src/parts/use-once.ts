import {
  type UseMutationOptions,
  type UseMutationResult,
  useMutation,
} from '@tanstack/react-query';
import { useRef } from 'react';

/**
 * A mutation that is asked for once at a time: the second of two quick clicks comes before the
 * button is seen to wait.
 */
export function useOnce<Result, Variables>(
  options: UseMutationOptions<Result, Error, Variables>,
): UseMutationResult<Result, Error, Variables> {
  const isAsked = useRef(false);
  const mutation = useMutation({
    ...options,
    onSettled: (...settled) => {
      isAsked.current = false;
      return options.onSettled?.(...settled);
    },
  });
  const mutate: typeof mutation.mutate = (...asked) => {
    if (isAsked.current) return;
    isAsked.current = true;
    mutation.mutate(...asked);
  };
  return { ...mutation, mutate };
}
