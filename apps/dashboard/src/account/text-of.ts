/** The text of a form's field; empty where it has none. Pure. */
export function textOf(form: FormData, name: string): string {
  const entry = form.get(name);
  return typeof entry === "string" ? entry : "";
}
