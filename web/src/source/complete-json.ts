import type { Completion, CompletionContext, CompletionSource } from '@codemirror/autocomplete';
import { type EditorView, hoverTooltip, type Tooltip } from '@codemirror/view';
import type { Schema } from './schema';
import { describedAt, type KnownValues, type Suggestion, suggestionsAt } from './suggestions';

/** Completes keys and values of a JSON text from a schema, and from what the server knows. */
export function completeJson(
  schema: Schema,
  known: (text: string) => Promise<KnownValues>,
): CompletionSource {
  return async (context: CompletionContext) => {
    const text = context.state.doc.toString();
    const names = await known(text);
    const { from, to, typed, list } = suggestionsAt(schema, text, context.pos, names);
    const asked = context.explicit || typed !== '' || text[context.pos - 1] === '"';
    if (!asked || list.length === 0) return null;
    return {
      from: context.pos - typed.length,
      options: list.map((each) => option(each, from, to - context.pos)),
      validFor: /^[\w.+-]*$/,
    };
  };
}

/** `rest` is how much of the token stands behind the cursor. */
function option(suggestion: Suggestion, from: number, rest: number): Completion {
  const { label, isKey, schemas } = suggestion;
  return {
    label,
    type: isKey ? 'property' : 'enum',
    detail: isKey ? schemas.find(({ title }) => title)?.title : undefined,
    info: schemas.find(({ description }) => description)?.description,
    apply: (view: EditorView, _: Completion, __: number, to: number) => {
      const { json, back } = suggestion;
      view.dispatch({
        changes: { from, to: to + rest, insert: json },
        selection: { anchor: from + json.length - back },
        userEvent: 'input.complete',
      });
    },
  };
}

/** Shows what the schema says of the key under the pointer. */
export function describeJson(schema: Schema) {
  return hoverTooltip((view, pos): Tooltip | null => {
    const word = view.state.wordAt(pos);
    const described = word && describedAt(schema, view.state.doc.toString(), pos);
    if (!word || !described) return null;
    return {
      pos: word.from,
      end: word.to,
      above: true,
      create: () => {
        const dom = document.createElement('div');
        dom.className = 'cm-description';
        const title = document.createElement('strong');
        title.textContent = described.title ?? '';
        const text = document.createElement('div');
        text.textContent = described.description ?? '';
        dom.append(title, text);
        return { dom };
      },
    };
  });
}
