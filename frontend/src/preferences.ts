// Theme and density of this browser. They stay on this machine; the server never learns of them.
export const choices = {
  theme: ["auto", "light", "dark"],
  density: ["normal", "compact"],
} as const;

export type Preference = keyof typeof choices;

export function read(name: Preference): string {
  try {
    const stored = localStorage.getItem(`greenboard.${name}`);
    return stored && (choices[name] as readonly string[]).includes(stored) ? stored : choices[name][0];
  } catch {
    return choices[name][0]; // storage may be closed to us; the default serves
  }
}

export function write(name: Preference, value: string): void {
  try {
    localStorage.setItem(`greenboard.${name}`, value);
  } catch {
    // Lasts for this page only, then.
  }
  document.documentElement.dataset[name] = value;
}

export function apply(): void {
  for (const name of Object.keys(choices) as Preference[]) document.documentElement.dataset[name] = read(name);
}
