// What live figures learn from.

/** The opening of The Time Machine (H. G. Wells, 1895): letters alone. */
export const TIME_MACHINE =
  `the time traveller for so it will be convenient to speak of him was expounding a recondite matter to us his grey eyes
shone and twinkled and his usually pale face was flushed and animated the fire burned brightly and the soft radiance
of the incandescent lights in the lilies of silver caught the bubbles that flashed and passed in our glasses our
chairs being his patents embraced and caressed us rather than submitted to be sat upon and there was that luxurious
after dinner atmosphere when thought roams gracefully free of the trammels of precision and he put it to us in this
way marking the points with a lean forefinger as we sat and lazily admired his earnestness over this new paradox as we
thought it and his fecundity you must follow me carefully i shall have to controvert one or two ideas that are almost
universally accepted the geometry for instance they taught you at school is founded on a misconception is not that
rather a large thing to expect us to begin upon said filby an argumentative person with red hair i do not mean to ask
you to accept anything without reasonable ground for it you will soon admit as much as i need from you you know of
course that a mathematical line a line of thickness nil has no real existence they taught you that neither has a
mathematical plane these things are mere abstractions that is all right said the psychologist nor having only length
breadth and thickness can a cube have a real existence there i object said filby of course a solid body may exist all
real things so most people think but wait a moment can an instantaneous cube exist don t follow you said filby can a
cube that does not last for any time at all have a real existence filby became pensive clearly the time traveller
proceeded any real body must have extension in four directions it must have length breadth thickness and duration but
through a natural infirmity of the flesh which i will explain to you in a moment we incline to overlook this fact
there are really four dimensions three which we call the three planes of space and a fourth time there is however a
tendency to draw an unreal distinction between the former three dimensions and the latter because it happens that our
consciousness moves intermittently in one direction along the latter from the beginning to the end of our lives that
said a very young man making spasmodic efforts to relight his cigar over`.replaceAll('\n', ' ');

/** Shakespeare, Romeo and Juliet, act 1, scene 1. */
export const ROMEO = `ROMEO:
Is the day so young?

BENVOLIO:
But new struck nine.

ROMEO:
Ay me! sad hours seem long.
Was that my father that went hence so fast?

BENVOLIO:
It was. What sadness lengthens Romeo's hours?

ROMEO:
Not having that, which, having, makes them short.

BENVOLIO:
In love?

ROMEO:
Out--

BENVOLIO:
Of love?

ROMEO:
Out of her favour, where I am in love.

BENVOLIO:
Alas, that love, so gentle in his view,
Should be so tyrannous and rough in proof!

ROMEO:
Alas, that love, whose view is muffled still,
Should, without eyes, see pathways to his will!
Where shall we dine? O me! What fray was here?
Yet tell me not, for I have heard it all.
Here's much to do with hate, but more with love.
Why, then, O brawling love! O loving hate!
O any thing, of nothing first create!
O heavy lightness! serious vanity!
Mis-shapen chaos of well-seeming forms!
Feather of lead, bright smoke, cold fire,
sick health!
Still-waking sleep, that is not what it is!
This love feel I, that feel no love in this.
Dost thou not laugh?

BENVOLIO:
No, coz, I rather weep.

ROMEO:
Good heart, at what?

BENVOLIO:
At thy good heart's oppression.

ROMEO:
Why, such is love's transgression.
Griefs of mine own lie heavy in my breast,
Which thou wilt propagate, to have it prest
With more of thine: this love that thou hast shown
Doth add more grief to too much of mine own.
Love is a smoke raised with the fume of sighs;
Being purged, a fire sparkling in lovers' eyes;
Being vex'd a sea nourish'd with lovers' tears:
What is it else? a madness most discreet,
A choking gall and a preserving sweet.
Farewell, my coz.

BENVOLIO:
Soft! I will go along;
An if you leave me so, you do me wrong.

ROMEO:
Tut, I have lost myself; I am not here;
This is not Romeo, he's some other where.

BENVOLIO:
Tell me in sadness, who is that you love.`;
