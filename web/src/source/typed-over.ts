import { EditorView } from '@codemirror/view';

/**
 * Text typed over a selection is put in by the editor. Where the browser does it, it writes style
 * attributes into what is left of the lines, which the page's policy blocks and reports (C22).
 */
export const typedOver = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { state } = view;
    const { main, ranges } = state.selection;
    if (event.inputType !== 'insertText' || event.isComposing || state.readOnly) return false;
    if (main.empty || ranges.length > 1) return false;
    const text = event.data ?? event.dataTransfer?.getData('text/plain');
    if (text === undefined) return false;
    const put = () =>
      state.update(state.replaceSelection(text), {
        userEvent: 'input.type',
        scrollIntoView: true,
      });
    const isTaken = state
      .facet(EditorView.inputHandler)
      .some((take) => take(view, main.from, main.to, text, put));
    if (!isTaken) view.dispatch(put());
    event.preventDefault();
    return true;
  },
});
