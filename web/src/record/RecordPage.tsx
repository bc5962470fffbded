/** One record (rule C17). */
export function RecordPage() {
  return null;
}
