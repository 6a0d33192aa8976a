import { useId, useState } from "react";
import { greeting } from "./greeting";

/** The page: the example to replace. */
export function App() {
  const [who, setWho] = useState("");
  const field = useId();
  return (
    <main>
      <h1>Greetings</h1>
      <p>
        <label htmlFor={field}>Your name</label>{" "}
        <input
          id={field}
          value={who}
          maxLength={100}
          autoComplete="given-name"
          onChange={(event) => setWho(event.target.value)}
        />
      </p>
      <p role="status">{greeting(who)}</p>
    </main>
  );
}
