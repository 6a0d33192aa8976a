/** What to say to somebody; nobody in particular where there is no name. */
export function greeting(who: string): string {
  const name = who.trim();
  return name ? `Hello, ${name}!` : "Hello!";
}
