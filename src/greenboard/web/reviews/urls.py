"""The addresses of the pages of reviews."""

from __future__ import annotations

from django.urls import path

from greenboard.web.reviews import learning, listing, page, past, signed

patterns = [
    path("reviews", listing.listing, name="reviews"),
    path("reviews/new", listing.new, name="review-new"),
    path("reviews/make", listing.make, name="review-make"),
    path("reviews/learn", learning.page, name="review-learn"),
    path("reviews/templates", listing.template_list, name="review-templates"),
    path("reviews/templates/<str:name>", listing.template, name="review-template"),
    path("reviews/past", past.listing, name="past-reviews"),
    path("reviews/past/<int:number>", past.page, name="past-review"),
    *(
        path(f"reviews/past/<int:number>.{kind}", past.file, {"as_file": kind}, name=f"past-review-file-{kind}")
        for kind in ("pdf", "md", "json")
    ),
    path("reviews/<int:number>", page.page, name="review"),
    path("reviews/<int:number>/triage", page.triage, name="review-triage"),
    path("reviews/<int:number>/assign", page.assign, name="review-assign"),
    path("reviews/<int:number>/answer", page.answer, name="review-answer"),
    path("reviews/<int:number>/answers", page.answers, name="review-answers"),
    path("reviews/<int:number>/comment", page.comment, name="review-comment"),
    path("reviews/<int:number>/finding", page.finding, name="review-finding"),
    path("reviews/<int:number>/section", page.settle, name="review-section"),
    path("reviews/<int:number>/decide", page.decide, name="review-decide"),
    path("reviews/<int:number>/sign", page.sign, name="review-sign"),
    path("reviews/<int:number>/resume", page.resume, name="review-resume"),
    path("reviews/<int:number>/condition", page.fulfil, name="review-condition"),
    path("reviews/<int:number>/withdraw", page.withdraw, name="review-withdraw"),
    path("reviews/<int:number>/follow", page.follow, name="review-follow"),
    path("reviews/<int:number>/signed/<int:signature>", signed.page, name="review-signed"),
    path(
        "reviews/<int:number>/signed/<int:signature>.pdf",
        signed.file,
        {"as_file": "pdf"},
        name="review-file-pdf",
    ),
    path("reviews/<int:number>/signed/<int:signature>.md", signed.file, {"as_file": "md"}, name="review-file-md"),
    path(
        "reviews/<int:number>/signed/<int:signature>.json",
        signed.file,
        {"as_file": "json"},
        name="review-file-json",
    ),
]
