import type { RunRecord } from '@/api/records';

export interface Fresh {
  /** The listed records, those that are in the newest page too as they are there. */
  records: RunRecord[];
  /** How many of the newest page are not listed. */
  added: number;
  /** Whether none of the newest page is listed, so that there may be more. */
  addedMore: boolean;
  /** How many listed ones would no longer be where the newest page is. */
  left: number;
}

/** Compares a listing that is being read with its first page as it is now. */
export function freshened(listed: readonly RunRecord[], newest: readonly RunRecord[]): Fresh {
  const now = new Map(newest.map((record) => [record.id, record]));
  const known = new Set(listed.map((record) => record.id));
  const added = newest.filter((record) => !known.has(record.id));
  const last = listed.findLastIndex((record) => now.has(record.id));
  return {
    records: listed.map((record) => now.get(record.id) ?? record),
    added: added.length,
    addedMore: added.length > 0 && added.length === newest.length,
    left: listed.slice(0, last + 1).filter((record) => !now.has(record.id)).length,
  };
}
