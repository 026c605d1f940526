"""The blog's pages."""

import flask_godwit
from flask import Blueprint, redirect, render_template, request, url_for
from flask_godwit.values import Status
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.wrappers import Response

from forms import CommentForm, PostForm
from models import Comment, Post, Tag, User, db

blog = Blueprint("blog", __name__)


@blog.get("/")
def index() -> str:
    """The posts, the newest first."""
    return list_posts(select(Post), heading="")


@blog.get("/authors/<path:username>")
def author(username: str) -> str:
    """What one person wrote."""
    user = db.one_or_404(select(User).where(User.username == username))
    return list_posts(select(Post).where(Post.author == user), f"Posts by {user.username}")


@blog.get("/tags/<path:name>")
def tag(name: str) -> str:
    """The posts with one tag."""
    found = db.one_or_404(select(Tag).where(Tag.name == name))
    return list_posts(select(Post).where(Post.tags.contains(found)), f"Posts about {found.name}")


def list_posts(posts: Select[tuple[Post]], heading: str) -> str:
    newest_first = posts.order_by(Post.published_at.desc(), Post.id.desc()).options(
        joinedload(Post.author), selectinload(Post.tags), selectinload(Post.comments)
    )
    return render_template("index.html", posts=db.paginate(newest_first), heading=heading)


@blog.get("/posts/<int:post_id>")
def post(post_id: int) -> str:
    """One post with its comments."""
    return render_template("post.html", post=db.get_or_404(Post, post_id), form=CommentForm())


@blog.post("/posts/<int:post_id>/comments")
def add_comment(post_id: int) -> Response | tuple[str, int]:
    """Add a comment, or show the form again with what is wrong in it."""
    found = db.get_or_404(Post, post_id)
    form = CommentForm.read(request.form)
    if form.errors:
        return render_template("post.html", post=found, form=form), 422
    comment = Comment(name=form.name, body=form.body, post=found)
    db.session.add(comment)
    db.session.commit()
    return redirect(url_for(".post", post_id=post_id, _anchor=f"comment-{comment.id}"))


@blog.get("/posts/new")
def new_post() -> str:
    """The form for a new post."""
    return render_template("new_post.html", form=PostForm())


@blog.post("/posts/new")
def add_post() -> Response | tuple[str, int]:
    """Publish a post, or show the form again with what is wrong in it."""
    form = PostForm.read(request.form)
    if form.errors:
        return render_template("new_post.html", form=form), 422
    written = form.to_post()
    db.session.add(written)
    db.session.commit()
    return redirect(url_for(".post", post_id=written.id))


@blog.get("/schema")
def schema() -> str:
    """Which revision the database is at and what waits for ``flask db upgrade``."""
    return show_schema(flask_godwit.status())


def show_schema(status: Status, interrupted: bool = False) -> str:
    """The schema's page, also shown in place of a page that failed for want of a table."""
    return render_template(
        "schema.html",
        status=status,
        database=status.targets[0],
        history=flask_godwit.history() if status.initialised else (),
        interrupted=interrupted,
    )
