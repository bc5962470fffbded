import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type ElementName, type Kind, nameQuery } from '@/api/names';
import { useDebounced } from '@/parts/use-debounced';
import { isTooLong } from '@/task-form/titles';

/** The name and folder of a new element while they are typed. */
export interface Naming {
  readonly kind: Kind;
  /** What is typed; null while the name follows the title. */
  readonly typed: string | null;
  readonly folder: string;
  /** What the server says of them. */
  readonly found: ElementName | undefined;
  /** Why the server says nothing of them. */
  readonly refused: string | undefined;
  type(name: string): void;
  setFolder(folder: string): void;
  /** What a request names; null lets the server make the name from the title. */
  readonly chosen: { name: string | null; folder: string | null };
}

const PAUSE_MILLIS = 150;

export function useName(kind: Kind, title: string): Naming {
  const [typed, setTyped] = useState<string | null>(null);
  const [folder, setFolder] = useState('');
  const asked = useDebounced(JSON.stringify([title.trim(), typed, folder]), PAUSE_MILLIS);
  const [settled, name, inside] = JSON.parse(asked) as [string, string | null, string];
  const { data, error } = useQuery({
    ...nameQuery(kind, settled, name, inside),
    enabled: (settled !== '' || Boolean(name)) && !isTooLong(settled),
  });
  return {
    kind,
    typed,
    folder,
    found: title.trim() === '' && !typed ? undefined : data,
    refused: error?.message,
    type: (next) => setTyped(next.trim() === '' ? null : next.trim()),
    setFolder,
    chosen: { name: typed ?? data?.name ?? null, folder: folder.trim() || null },
  };
}
