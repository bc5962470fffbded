import { useEffect } from 'react';

export interface Shortcuts {
  save: () => void;
  undo: () => void;
  redo: () => void;
}

/**
 * Ctrl+S anywhere on the page; Ctrl+Z and Ctrl+Shift+Z where no editor of its own has taken
 * them, such as CodeMirror, and no dialog is open.
 */
export function useShortcuts({ save, undo, redo }: Shortcuts): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey || !(event.ctrlKey || event.metaKey)) return;
      if (event.target instanceof Element && event.target.closest('[role$="dialog"]')) return;
      const step = { s: save, z: event.shiftKey ? redo : undo, y: redo }[event.key.toLowerCase()];
      if (step === undefined) return;
      event.preventDefault();
      step();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [save, undo, redo]);
}
