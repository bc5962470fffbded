import { createContext } from 'react';
import type { Unread } from '@/editor/unread';

/** Where controls tell of a text that they cannot take over; null where nobody asks. */
export const UnreadContext = createContext<Unread | null>(null);
