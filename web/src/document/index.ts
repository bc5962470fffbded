/** JSON texts that are edited by splices, so that every other byte survives (rule C12). */
export { type Change, insertItem, moveItem, remove, set } from './change';
export { type Document, nodeAt, type Problem, type Reading, readDocument, slice } from './document';
export { type Edited, edit, type Refusal } from './edit';
export { equal, isObject, type Json, type JsonObject, type Path, pointer, valueAt } from './json';
