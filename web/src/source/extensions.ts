import {
  autocompletion,
  type CompletionSource,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete';
import { defaultKeymap, indentWithTab } from '@codemirror/commands';
import { json, jsonLanguage } from '@codemirror/lang-json';
import { python } from '@codemirror/lang-python';
import {
  bracketMatching,
  codeFolding,
  foldGutter,
  foldKeymap,
  indentOnInput,
  indentUnit,
} from '@codemirror/language';
import { lintGutter, lintKeymap } from '@codemirror/lint';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { EditorState, type Extension } from '@codemirror/state';
import {
  crosshairCursor,
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
  rectangularSelection,
} from '@codemirror/view';
import type { Language } from '@/app/preferences';
import { phrases } from './phrases';
import { theme } from './theme';
import { typedOver } from './typed-over';

export interface Look {
  label: string;
  file: string;
  language: Language;
  readOnly: boolean;
  text: string;
}

/**
 * What the editor is made of. It keeps no history of its own: undo is the buffer's (C11). Only
 * line feeds part lines, so that other line ends come back as they were.
 */
export function extensions({ label, file, language, readOnly, text }: Look): Extension[] {
  return [
    EditorState.lineSeparator.of('\n'),
    EditorState.readOnly.of(readOnly),
    EditorState.phrases.of(language === 'zh' ? phrases : {}),
    EditorState.tabSize.of(4),
    EditorView.cspNonce.of(styleNonce()),
    EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
    lineNumbers(),
    highlightActiveLineGutter(),
    highlightSpecialChars(),
    codeFolding(),
    foldGutter(),
    lintGutter(),
    drawSelection(),
    rectangularSelection(),
    crosshairCursor(),
    typedOver,
    indentOnInput(),
    bracketMatching(),
    closeBrackets(),
    autocompletion(),
    highlightActiveLine(),
    highlightSelectionMatches(),
    theme,
    file.endsWith('.py') ? python() : json(),
    indentUnit.of(indentOf(text) ?? (file.endsWith('.py') ? '    ' : '  ')),
    keymap.of([
      ...closeBracketsKeymap,
      ...defaultKeymap,
      ...searchKeymap,
      ...foldKeymap,
      ...completionKeymap,
      ...lintKeymap,
      indentWithTab,
    ]),
  ];
}

/** Completion of JSON texts by a source. */
export function completing(source: CompletionSource): Extension {
  return jsonLanguage.data.of({ autocomplete: source });
}

/** The indent that a text has, from its first line that has one. */
function indentOf(text: string): string | null {
  const found = /^( +|\t+)\S/m.exec(text)?.[1];
  return found === undefined || found.length > 8 ? null : found;
}

/** The policy of the page lets no style in without it (C22). */
function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
}
