"""A few posts to look at: ``flask samples``."""

from datetime import timedelta

import click
import flask_godwit

from models import Comment, Post, Tag, User, db, now


def add_samples() -> None:
    """Write the sample posts, unless somebody has written already."""
    if not flask_godwit.status().at_head:
        raise click.ClickException("The tables are not up to date. Type: flask db upgrade")
    if db.session.query(User).first():
        click.echo("The blog has posts already; nothing was added.")
        return
    posts = sample_posts()
    db.session.add_all(posts)
    db.session.commit()
    click.echo(f"{len(posts)} posts by {db.session.query(User).count()} authors added.")


def sample_posts() -> list[Post]:
    """Three posts by two authors, with tags and comments, oldest first."""
    ada = User(username="ada", email="ada@example.org")
    grace = User(username="grace", email="grace@example.org")
    birds, travel = Tag(name="birds"), Tag(name="travel")
    waders = Post(
        author=ada,
        title="A godwit at low tide",
        body="It walked along the edge of the water, its bill in the mud up to the eyes.\n\n"
        "I had come to count redshanks and counted nothing for an hour.",
        tags=[birds],
        published_at=now() - timedelta(days=9),
    )
    flight = Post(
        author=grace,
        title="Eleven days without landing",
        body="The bar-tailed godwit flies from Alaska to New Zealand in one go: some 12,000 "
        "kilometres, no food, no water, no rest.\n\nA good migration is planned before it "
        "starts, and it arrives.",
        tags=[birds, travel],
        published_at=now() - timedelta(days=4),
        comments=[
            Comment(name="ada", body="And it weighs no more than a book."),
            Comment(name="Margaret", body="How does it know where to stop?"),
        ],
    )
    notes = Post(
        author=ada,
        title="What I pack",
        body="A notebook, a pencil, and a second pencil.",
        tags=[travel],
        published_at=now() - timedelta(days=1),
    )
    return [waders, flight, notes]
