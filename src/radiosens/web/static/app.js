"use strict";
// Files dropped on a form, how far a job is, and refusals before anything is sent.
(() => {
  const form = document.querySelector("form.upload");
  if (form) {
    const refused = form.querySelector(".refused"), most = Number(form.dataset.most);
    const say = (text) => { refused.textContent = text; refused.hidden = !text; };
    const size = () => [...form.querySelectorAll("input[type=file]")].flatMap((i) => [...i.files]).reduce((sum, f) => sum + f.size, 0);
    const tooLarge = () => { const large = size() > most; say(large ? `These are ${(size() / 1e6).toFixed(0)} MB; more than ${(most / 1e6).toFixed(0)} MB at once are not taken.` : ""); return large; };
    form.addEventListener("change", tooLarge);
    form.querySelectorAll(".drop").forEach((place) => {
      const input = place.querySelector("input");
      const over = (on) => (event) => { event.preventDefault(); place.classList.toggle("over", on); };
      place.addEventListener("dragover", over(true));
      place.addEventListener("dragleave", over(false));
      place.addEventListener("drop", (event) => { over(false)(event); input.files = event.dataTransfer.files; tooLarge(); });
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (tooLarge()) return;
      const bar = form.querySelector(".sending"), button = form.querySelector("button.primary"), request = new XMLHttpRequest();
      bar.hidden = false;
      button.disabled = true;
      request.upload.onprogress = (news) => { bar.value = news.loaded / news.total; };
      const end = (text) => { bar.hidden = true; button.disabled = false; say(text); };
      request.onerror = () => end("The server did not take the files: they may be too large, or it was stopped.");
      request.onload = () => { const answer = JSON.parse(request.responseText || "{}"); if (request.status === 201) location.assign(`/jobs/${answer.id}`); else end(answer.error || request.statusText); };
      request.open("POST", form.action.replace("/new/", "/api/"));
      request.send(new FormData(form));
    });
  }

  const job = document.getElementById("job");
  if (job && ["waiting", "working"].includes(job.dataset.state)) {
    const step = document.getElementById("step"), share = document.getElementById("share");
    const look = async () => {
      try {
        const answer = await fetch(`/api/jobs/${job.dataset.key}`), facts = await answer.json();
        if (!["waiting", "working"].includes(facts.state)) { location.reload(); return; }
        step.textContent = facts.state === "waiting" ? (facts.ahead ? `Waiting: ${facts.ahead} before it.` : "Waiting for its turn.") : facts.progress.step || "Starting";
        share.value = facts.progress.share || 0;
      } catch { step.textContent = "The server does not answer; this page goes on asking."; }
      setTimeout(look, 700);
    };
    setTimeout(look, 400);
  }
})();
